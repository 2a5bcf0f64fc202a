/**
 * The bytes of a WebAssembly file of this package, where a bundler is told to bring them: esbuild by
 * `--loader:.wasm=binary`, webpack by `asset/bytes`. With Vite import the file with `?url`.
 */
declare const bytes: Uint8Array<ArrayBuffer>;
export default bytes;
