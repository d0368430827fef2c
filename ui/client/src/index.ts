/** Everything that crosses the network, typed. The rest of the front end never opens a connection of its own. */
export * from './types.ts';
export { Api, type ApiSettings, type CallOptions, type UploadOptions } from './api.ts';
export type { Answer, Body } from './routes.ts';
export { Call, type CallSettings, type CallState, type Exchanged, type IceServer, type Measure } from './call.ts';
export * from './cobrowse.ts';
export { CobrowseLine, type CobrowseSettings } from './cobrowse-line.ts';
export { follow } from './follow.ts';
export { freshId } from './id.ts';
export { Live, type LiveSettings, type LiveState } from './live.ts';
export { Outbox, type OutboxSettings, type Pending, type Shelf } from './outbox.ts';
export { isProblem, Problem } from './problem.ts';
