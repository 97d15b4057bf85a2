// The entry point of the processes of the dashboard's scenario: `<role>`, then the argument of the role comes as the first message.
import { hostProcess } from './hostProcess';
import { idleProcess } from './idleProcess';
import { publisherProcess } from './publisherProcess';

const ROLES: Readonly<Record<string, (argument: string) => Promise<void>>> = {
  hostProcess,
  publisherProcess,
  idleProcess,
};

// Whoever started it is gone.
process.on('disconnect', () => process.exit(1));
process.once('message', (argument: string) => void ROLES[process.argv[2] ?? '']?.(argument));
