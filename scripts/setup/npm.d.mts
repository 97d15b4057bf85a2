export function runNpm(args: readonly string[], options: { cwd: string; env?: NodeJS.ProcessEnv }): Promise<void>;
