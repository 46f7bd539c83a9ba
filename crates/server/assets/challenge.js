// @ts-check
// A challenge that came with the page and is renewed before it grows old: it lives five minutes.

import { post } from './api.js';

const LIFETIME = 4.5 * 60 * 1000;

export class Challenge {
  /**
   * @param {{state: string, publicKey: object}} first
   * @param {string} address where fresh ones are made
   */
  constructor(first, address) {
    this.current = first;
    this.address = address;
    this.since = Date.now();
  }

  get isOld() {
    return Date.now() - this.since > LIFETIME;
  }

  /** Milliseconds until it is old. */
  get remaining() {
    return Math.max(0, LIFETIME - (Date.now() - this.since));
  }

  async renew() {
    this.current = await post(this.address, {});
    this.since = Date.now();
  }

  async fresh() {
    if (this.isOld) await this.renew();
    return this.current;
  }
}
