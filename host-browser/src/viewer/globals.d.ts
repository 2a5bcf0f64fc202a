/** The worker's script: the build puts it in. */
declare const WORKER: string;

/** What the build makes of the crate in `viewer/`. */
declare module "viewer-module" {
  export function initSync(options: { module: BufferSource }): unknown;
  export class Run {
    /** Folds lines in; says which are no events. */
    feed(events: string): string[];
    finish(): void;
    takeDetails(): string | undefined;
    takeColumns(): string | undefined;
    free(): void;
  }
}

/** Not in the compiler's library yet. */
declare var trustedTypes:
  | undefined
  | {
      createPolicy(
        name: string,
        rules: { createScriptURL(address: string): string },
      ): { createScriptURL(address: string): unknown };
    };
