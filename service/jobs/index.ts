// The domain: no I/O, and nothing of ours but the constants of contract.ts.
export * from './algorithms/index.ts';
export * from './attempt.ts';
export * from './channel.ts';
export * from './environment.ts';
export * from './ids.ts';
export * from './job.ts';
export * from './manifests/index.ts';
export * from './outlook.ts';
export { PLATFORM_VARIABLES } from './platform-variables.ts';
export * from './problems.ts';
export * from './progress.ts';
export * from './recovery.ts';
export * from './request.ts';
export * from './retry-policy.ts';
export * from './state/index.ts';
export * from './stored-request.ts';
