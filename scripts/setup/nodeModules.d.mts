export function installNodeModules(checkout?: string): Promise<void>;
export function isInstalled(checkout: string): Promise<boolean>;
