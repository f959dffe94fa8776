/**
 * Preloaded into the example by `bench:verdict -- --live`: one function of known cost on each request,
 * the same on both sides but for its passes. Every version has it, so it is neither new nor gone.
 */
const { Server } = require('node:http');

const PASSES = Number(process.env.WEIGH_PASSES ?? 0);
const TABLE = Float64Array.from({ length: 2_000 }, (_, i) => Math.sin(i));

function weighBasket() {
  let weight = 0;
  for (let pass = 0; pass < PASSES; pass++) {
    for (let i = 0; i < TABLE.length; i++) weight += Math.sqrt(Math.abs(TABLE[i] + (weight % 7)));
  }
  return weight;
}

const emit = Server.prototype.emit;
Server.prototype.emit = function emitWeighed(event, ...args) {
  // Called by the engine itself: V8 would inline a plain call, and its CPU would be the caller's.
  if (event === 'request') 'basket'.replace('basket', weighBasket);
  return emit.call(this, event, ...args);
};
