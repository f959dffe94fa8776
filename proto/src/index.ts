export type * from './api.ts';
export * from './call-tree.ts';
export * from './compare/index.ts';
export { decodeProfile } from './decode.ts';
export type * from './deploys-answer.ts';
export type * from './diff-answer.ts';
export type * from './diff-flamegraph-answer.ts';
export * from './diff-tree.ts';
export { encodeProfile } from './encode.ts';
export { ProfileError, type ProfileErrorCode } from './errors.ts';
export * from './folded.ts';
export * from './frames.ts';
export { type KnownFunctions, knownFunctionsOf } from './function-numbers.ts';
export {
  GROWTH_POINTS_MIN,
  type GrowthLine,
  growthLine,
  growthOf,
  growthOfLine,
  slopeLowAtMost,
} from './growth.ts';
export { Hash64, hash64 } from './hash.ts';
export type * from './lines-answer.ts';
export { NodeIds, ROOT_NODE_ID } from './node-ids.ts';
export * from './otlp/index.ts';
export * from './prefix-tree.ts';
export * from './profile.ts';
export { type FrameInput, ProfileBuilder, type ProfileMeta } from './profile-builder.ts';
export * from './profile-types.ts';
export { formatSelector, type Matcher, parseSelector } from './selector.ts';
export type * from './trace-answer.ts';
export * from './transform-steps.ts';
export * from './transforms.ts';
export * from './units.ts';
export { DEFAULT_LIMITS, type DecodeLimits } from './wire-profile.ts';
