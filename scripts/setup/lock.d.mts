export function withLock<T>(path: string, action: () => Promise<T>, onWait?: () => void): Promise<T>;
export function tryLock(path: string): Promise<(() => Promise<void>) | undefined>;
