export { type AppDependencies, buildApp } from './app.ts';
export { ConfigError, readConfig, type ServerConfig } from './config.ts';
export { ApiError, type ErrorCode } from './errors.ts';
export { type RunningServer, startServer } from './start-server.ts';
