import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A TCP server that does what it is told with each connection, until the test ends. */
export async function tcpServer(
  onConnection: (socket: Socket) => void,
): Promise<{ port: number; sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) {
      socket.destroy();
    }
  });
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, sockets };
}

/** A way to a server on this machine that can be cut, with all connections over it. */
export async function wireTo(serverPort: number): Promise<{ port: number; cut(): void }> {
  const { port, sockets } = await tcpServer((socket) => {
    const onward = connect({ port: serverPort, host: '127.0.0.1' });
    socket.pipe(onward).pipe(socket);
    onward.on('error', () => {});
    socket.on('close', () => onward.destroy());
  });
  return {
    port,
    cut() {
      for (const socket of sockets) {
        socket.resetAndDestroy();
      }
    },
  };
}

/**
 * A port of a process that hangs with a full backlog: the system drops every further SYN, as a network does in front of a
 * machine that is off.
 */
export async function blackHole(): Promise<number> {
  const script = `
    const net = require('node:net');
    const server = net.createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      require('node:fs').writeSync(1, server.address().port + '\\n');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const child: ChildProcess = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
  const port = Number(line.toString().trim());
  const fillers = Array.from({ length: 4 }, () => connect({ port, host: '127.0.0.1' }).on('error', () => {}));
  onTestFinished(() => {
    for (const filler of fillers) {
      filler.destroy();
    }
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  return port;
}
