import {
  described,
  epochMs,
  id,
  integer,
  kinds,
  list,
  number,
  numbers,
  object,
  string,
  strings,
} from './answer-schema.ts';

const side = object({
  name: string,
  service: string,
  from: epochMs,
  to: epochMs,
  cost: described(number, 'As in /diff: what moved all functions alike is still in it'),
  total: described(number, 'Of the root: what moved all functions alike is taken out'),
});

/** `DiffFlamegraphAnswer` of @flamehouse/proto is the type. */
export const diffFlamegraphAnswer = object({
  type: string,
  normaliser: { type: 'string', enum: ['request', 'cores', 'share'] },
  base: side,
  head: side,
  foldedNodes: integer,
  foldedBase: number,
  foldedHead: number,
  functions: object({
    id: list(id),
    name: strings,
    file: strings,
    package: strings,
    kind: kinds,
    state: list({ type: 'string', enum: ['new', 'gone', 'moved', 'same'] }),
    origin: described(list(integer), '1 for the first origin, 0 for none'),
    significant: list({ type: 'boolean' }),
    effect: described(numbers, 'Of its total, as a share of the service on the base side'),
  }),
  nodes: object({
    id: list(id),
    parent: described(list(integer), 'Row of the caller; -1 for row 0'),
    function: described(list(integer), 'Row of functions; -1 for the root'),
    baseSelf: numbers,
    headSelf: numbers,
    baseTotal: numbers,
    headTotal: numbers,
    folded: described(list(integer), 'Descendants folded away directly below'),
  }),
});
