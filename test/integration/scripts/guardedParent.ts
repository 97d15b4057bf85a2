import { startGuarded } from '../../../scripts/processes/guardedProcess';

// A process that starts a command with a child of its own, both deaf to a polite request, and then waits to be killed.
const DEAF = "trap '' TERM; sleep 600 & echo started $! $$; wait";
startGuarded('sh', ['-c', DEAF], { onLine: (line) => console.log(line) });
setInterval(() => {}, 60_000);
