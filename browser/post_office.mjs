// Takes mail on a loopback port: as much of SMTP as a server asks of whom it hands letters to.
import { createServer } from 'node:net';

/** The text of a body in quoted-printable. @param {string} body */
function decode(body) {
  const bytes = body.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, digits) => String.fromCharCode(parseInt(digits, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

export class PostOffice {
  /** @returns {Promise<PostOffice>} */
  static async open() {
    const office = new PostOffice();
    await new Promise((resolve, reject) => {
      office.server.on('error', reject).listen(0, '127.0.0.1', () => resolve(undefined));
    });
    return office;
  }

  constructor() {
    /** @type {string[]} */
    this.letters = [];
    this.server = createServer((socket) => this.attend(socket));
  }

  get port() {
    const address = this.server.address();
    return typeof address === 'object' && address ? address.port : 0;
  }

  /** @param {import('node:net').Socket} socket */
  attend(socket) {
    const say = (/** @type {string} */ line) => socket.write(`${line}\r\n`);
    let heard = '';
    let inLetter = false;
    socket.setEncoding('latin1').on('error', () => {});
    socket.on('data', (text) => {
      heard += text;
      while (heard.includes(inLetter ? '\r\n.\r\n' : '\r\n')) {
        const mark = inLetter ? '\r\n.\r\n' : '\r\n';
        const part = heard.slice(0, heard.indexOf(mark));
        heard = heard.slice(part.length + mark.length);
        if (inLetter) {
          this.letters.push(decode(part));
          inLetter = false;
          say('250 OK');
        } else if (/^DATA/i.test(part)) {
          inLetter = true;
          say('354 Go on');
        } else if (/^QUIT/i.test(part)) {
          say('221 Bye');
          socket.end();
        } else {
          say('250 OK');
        }
      }
    });
    say('220 post office');
  }

  /** The next letter that holds a text. @param {string} text @returns {Promise<string>} */
  async take(text) {
    for (let tries = 0; tries < 400; tries++) {
      const place = this.letters.findIndex((letter) => letter.includes(text));
      if (place >= 0) return this.letters.splice(place, 1)[0];
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`no letter holds ${text}:\n${this.letters.join('\n')}`);
  }

  close() {
    this.server.close();
  }
}
