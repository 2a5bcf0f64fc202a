/* What the page's host in C calls of wasmtime's C API, version 50, for machines that have the library
 * (wasmtime-py carries it) and not its headers. The whole is in the -c-api archives of
 * https://github.com/bytecodealliance/wasmtime/releases. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct wasi_config wasi_config_t;
typedef struct wasm_engine wasm_engine_t;
typedef struct wasmtime_store wasmtime_store_t;
typedef struct wasmtime_context wasmtime_context_t;
typedef struct wasmtime_error wasmtime_error_t;
typedef struct wasmtime_component wasmtime_component_t;
typedef struct wasmtime_component_linker wasmtime_component_linker_t;
typedef struct wasmtime_component_export_index wasmtime_component_export_index_t;
typedef struct { uint64_t store_id; uint32_t own; } wasmtime_component_instance_t;
typedef struct {
  struct { uint64_t store_id; uint32_t own; };
  uint32_t more;
  void *rest;
} wasmtime_component_func_t;
typedef struct {
  uint8_t kind;
  union {
    struct { bool is_ok; void *value; } result;
    struct { size_t size; char *name; void *value; } largest;
  } of;
} wasmtime_component_val_t;

wasm_engine_t *wasm_engine_new(void);
wasmtime_store_t *wasmtime_store_new(wasm_engine_t *, void *, void (*)(void *));
wasmtime_context_t *wasmtime_store_context(wasmtime_store_t *);
wasi_config_t *wasi_config_new(void);
void wasi_config_inherit_stdin(wasi_config_t *);
void wasi_config_inherit_stdout(wasi_config_t *);
void wasi_config_inherit_stderr(wasi_config_t *);
wasmtime_error_t *wasmtime_context_set_wasi(wasmtime_context_t *, wasi_config_t *);
wasmtime_error_t *wasmtime_component_new(
    const wasm_engine_t *, const uint8_t *, size_t, wasmtime_component_t **);
wasmtime_component_linker_t *wasmtime_component_linker_new(const wasm_engine_t *);
wasmtime_error_t *wasmtime_component_linker_add_wasip2(wasmtime_component_linker_t *);
wasmtime_error_t *wasmtime_component_linker_instantiate(
    const wasmtime_component_linker_t *, wasmtime_context_t *, const wasmtime_component_t *,
    wasmtime_component_instance_t *);
wasmtime_component_export_index_t *wasmtime_component_instance_get_export_index(
    const wasmtime_component_instance_t *, wasmtime_context_t *,
    const wasmtime_component_export_index_t *, const char *, size_t);
bool wasmtime_component_instance_get_func(
    const wasmtime_component_instance_t *, wasmtime_context_t *,
    const wasmtime_component_export_index_t *, wasmtime_component_func_t *);
wasmtime_error_t *wasmtime_component_func_call(
    const wasmtime_component_func_t *, wasmtime_context_t *, const wasmtime_component_val_t *, size_t,
    wasmtime_component_val_t *, size_t);
