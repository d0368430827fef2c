import { connect, createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';

/** A port of this machine that nobody uses. */
export async function unusedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** Hands a letter over as another mail server does (RFC 5321), and returns what the door answered last. */
export async function handOver(port: number, from: string, to: string, letter: string): Promise<string> {
  const line = connect(port, '127.0.0.1');
  const answers = createInterface({ input: line })[Symbol.asyncIterator]();
  /** The last line of an answer: its code is followed by a blank. */
  async function answer(): Promise<string> {
    for (;;) {
      const { value = '', done } = await answers.next();
      if (done) throw new Error('the door closed the line');
      if (value[3] !== '-') return value;
    }
  }
  async function tell(command: string, expected: string): Promise<string> {
    line.write(`${command}\r\n`);
    const said = await answer();
    if (!said.startsWith(expected)) throw new Error(`${command.slice(0, 60)}: ${said}`);
    return said;
  }
  try {
    await answer();
    await tell('EHLO relay.example', '250');
    await tell(`MAIL FROM:<${from}>`, '250');
    await tell(`RCPT TO:<${to}>`, '250');
    await tell('DATA', '354');
    const dotted = letter.replaceAll(/\r?\n/g, '\r\n').replaceAll(/^\./gm, '..');
    return await tell(`${dotted}\r\n.`, '250');
  } finally {
    line.destroy();
  }
}
