// A ballot under seal, made where it is cast: the commitment that binds its choice, and the opening as the
// scrutineers alone can read it. The same as endogene_token/sealing.py: HPKE (RFC 9180) in its base mode, of
// X25519, HKDF-SHA256 and ChaCha20-Poly1305. Browsers have the first two.
"use strict";

const Seal = (() => {
  const INFO = "Endogene sealed ballot, version 1";
  const text = (value) => new TextEncoder().encode(value);
  const joined = (...parts) => new Uint8Array(parts.flatMap((part) => [...part]));
  const whole = (value, size) =>
    Uint8Array.from({ length: size }, (_, i) => Number((BigInt(value) >> BigInt(8 * (size - 1 - i))) & 255n));
  const little = (bytes) => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const hex = (bytes) => `0x${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  const unhex = (told) => Uint8Array.from(told.replace(/^0x/, "").match(/../g), (pair) => Number.parseInt(pair, 16));

  // Keccak-256 of what fits into one block of 136 bytes.
  const keccak = (bytes) => {
    const mask = (1n << 64n) - 1n;
    const turn = (lane, by) => (by ? ((lane << BigInt(by)) | (lane >> BigInt(64 - by))) & mask : lane);
    const block = new Uint8Array(136);
    block.set(bytes);
    block[bytes.length] ^= 0x01;
    block[135] ^= 0x80;
    let a = Array.from({ length: 25 }, (_, i) => (i < 17 ? little(block.subarray(8 * i, 8 * i + 8)) : 0n));
    let register = 1;
    for (let round = 0; round < 24; round += 1) {
      const c = [0, 1, 2, 3, 4].map((x) => a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20]);
      a = a.map((lane, i) => lane ^ c[(i + 4) % 5] ^ turn(c[(i + 1) % 5], 1));
      let [x, y, lane] = [1, 0, a[1]];
      for (let t = 0; t < 24; t += 1) {
        [x, y] = [y, (2 * x + 3 * y) % 5];
        [lane, a[x + 5 * y]] = [a[x + 5 * y], turn(lane, (((t + 1) * (t + 2)) / 2) % 64)];
      }
      const b = a;
      a = b.map((one, i) => {
        const row = i - (i % 5);
        return one ^ (~b[row + ((i + 1) % 5)] & mask & b[row + ((i + 2) % 5)]);
      });
      for (let j = 0; j < 7; j += 1) {
        if (register & 1) {
          a[0] ^= 1n << ((1n << BigInt(j)) - 1n);
        }
        register = (register << 1) ^ (register & 0x80 ? 0x171 : 0);
      }
    }
    return joined(...a.slice(0, 4).map((lane) => whole(lane, 8).reverse()));
  };

  const hmac = async (key, data) => {
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const made = await crypto.subtle.importKey("raw", key.length ? key : new Uint8Array(32), algorithm, false, ["sign"]);
    return new Uint8Array(await crypto.subtle.sign("HMAC", made, data));
  };
  const extract = (suite, salt, label, data) => hmac(salt, joined(text("HPKE-v1"), suite, text(label), data));
  const expand = async (suite, key, label, info, size) =>
    (await hmac(key, joined(whole(size, 2), text("HPKE-v1"), suite, text(label), info, [1]))).slice(0, size);

  // One block of ChaCha20 (RFC 8439): 64 bytes of the stream.
  const stream = (key, nonce, counter) => {
    const words = (bytes) => [...new Uint32Array(bytes.slice().buffer)];
    const start = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, ...words(key), counter, ...words(nonce)];
    const s = Uint32Array.from(start);
    const step = (to, from, mixed, by) => {
      s[to] += s[from];
      const turned = s[mixed] ^ s[to];
      s[mixed] = (turned << by) | (turned >>> (32 - by));
    };
    const quarter = (a, b, c, d) => {
      step(a, b, d, 16);
      step(c, d, b, 12);
      step(a, b, d, 8);
      step(c, d, b, 7);
    };
    for (let round = 0; round < 10; round += 1) {
      [0, 1, 2, 3].forEach((i) => quarter(i, i + 4, i + 8, i + 12));
      [0, 1, 2, 3].forEach((i) => quarter(i, 4 + ((i + 1) % 4), 8 + ((i + 2) % 4), 12 + ((i + 3) % 4)));
    }
    return new Uint8Array(s.map((word, i) => word + start[i]).buffer);
  };

  const poly1305 = (key, data) => {
    const r = little(key.subarray(0, 16)) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
    let sum = 0n;
    for (let at = 0; at < data.length; at += 16) {
      sum = ((sum + little(joined(data.subarray(at, at + 16), [1]))) * r) % ((1n << 130n) - 5n);
    }
    return whole((sum + little(key.subarray(16, 32))) & ((1n << 128n) - 1n), 16).reverse();
  };

  // ChaCha20-Poly1305 of one block at most: an opening has 33 bytes.
  const encrypted = (key, nonce, bound, plain) => {
    const flow = stream(key, nonce, 1);
    const cipher = plain.map((byte, i) => byte ^ flow[i]);
    const padded = (bytes) => joined(bytes, new Uint8Array((16 - (bytes.length % 16)) % 16));
    const sizes = joined(whole(bound.length, 8).reverse(), whole(cipher.length, 8).reverse());
    return joined(cipher, poly1305(stream(key, nonce, 0), joined(padded(bound), padded(cipher), sizes)));
  };

  const sealed = async (plain, receiver, bound) => {
    const own = await crypto.subtle.generateKey({ name: "X25519" }, true, ["deriveBits"]);
    const theirs = await crypto.subtle.importKey("raw", receiver, { name: "X25519" }, true, []);
    const enc = new Uint8Array(await crypto.subtle.exportKey("raw", own.publicKey));
    const shared = await crypto.subtle.deriveBits({ name: "X25519", public: theirs }, own.privateKey, 256);
    const kem = joined(text("KEM"), [0, 0x20]);
    const suite = joined(text("HPKE"), [0, 0x20, 0, 1, 0, 3]);
    const none = new Uint8Array();
    const prk = await extract(kem, none, "eae_prk", new Uint8Array(shared));
    const secret = await expand(kem, prk, "shared_secret", joined(enc, receiver), 32);
    const named = [await extract(suite, none, "psk_id_hash", none), await extract(suite, none, "info_hash", text(INFO))];
    const context = joined([0], ...named);
    const root = await extract(suite, secret, "secret", none);
    const key = await expand(suite, root, "key", context, 32);
    const nonce = await expand(suite, root, "base_nonce", context, 12);
    return joined(enc, encrypted(key, nonce, bound, plain));
  };

  return {
    // What the ballot shows, and what opens it; `key`: the scrutineers', or nothing.
    async ballot(resolution, member, choice, key) {
      const salt = crypto.getRandomValues(new Uint8Array(32));
      const commitment = keccak(joined(whole(resolution, 32), whole(member, 32), whole(choice, 32), salt));
      const bound = joined(whole(resolution, 4), whole(member, 4));
      const opening = key ? await sealed(joined([choice], salt), unhex(key), bound) : null;
      return { salt: hex(salt), commitment: hex(commitment), sealed_opening: opening && hex(opening) };
    },
  };
})();
