export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** What goes beside the message. An `Error` is written with its stack and causes. Never a secret. */
export type LogFields = Readonly<Record<string, unknown>>

/** Lines for whoever runs the server. Writing one costs microseconds and never throws. */
export interface Log {
  /** Whether a line of this level is written at all, so that nobody builds one for nothing. */
  writes(level: LogLevel): boolean
  write(level: LogLevel, message: string, fields?: LogFields): void
}
