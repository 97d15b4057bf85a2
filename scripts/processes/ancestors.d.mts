export function readAncestors(): number[];
export function isChainIntact(chain: readonly number[]): boolean;
export function watchAncestors(chain: readonly number[], onEnd: () => void): () => void;
