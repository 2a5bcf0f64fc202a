/** What reporters for Node's test runners share: recording a run, and delivering it. */

export { deliver } from "./deliver.js";
export type { Delivered } from "./deliver.js";
export { Recording, failureOf } from "./recording.js";
export type { Failure, Test } from "./recording.js";
export { runStarted } from "./run-started.js";
export type { Tool } from "./run-started.js";
export { settingsOf } from "./settings.js";
export type { Environment, Settings } from "./settings.js";
export { UploadError, upload } from "./upload.js";
export type { Accepted } from "./upload.js";
