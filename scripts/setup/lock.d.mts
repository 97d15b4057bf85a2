export function withLock<T>(path: string, action: () => Promise<T>, onWait?: () => void): Promise<T>;
