/** How noisy a simulated service and its machines are. Numbers without a unit are relative. */
export interface NoiseSettings {
  readonly utilisation: number; // of one core
  readonly commonWindow: number; // sd of the whole process between times
  readonly commonMachine: number; // between processes
  readonly commonMinute: number; // between minutes, AR(1) with 0.6
  readonly functionProcess: number; // sd of a function between processes; its own scale is spread by 0.5
  readonly functionWindow: number;
  readonly functionMinute: number; // AR(1) with 0.5
  readonly gcWindow: number;
  readonly gcProcess: number;
  readonly gcMinute: number;
  readonly elasticity: number; // sd over functions of d ln(cost) / d ln(load)
  readonly commonElasticity: number;
  readonly mixWindow: number; // sd of the logarithm of endpoint shares
  readonly mixMinute: number;
  readonly loadSpread: number; // sd of the logarithm of load between instances
  readonly warmUp: number; // extra cost of head at its start, gone with e^(-minutes)
  readonly warmUpMinutes: number; // dropped
}

export const ORDINARY: NoiseSettings = {
  utilisation: 0.4,
  commonWindow: 0.03,
  commonMachine: 0.03,
  commonMinute: 0.02,
  functionProcess: 0.03,
  functionWindow: 0.02,
  functionMinute: 0.05,
  gcWindow: 0.1,
  gcProcess: 0.05,
  gcMinute: 0.1,
  elasticity: 0.12,
  commonElasticity: -0.05,
  mixWindow: 0.15,
  mixMinute: 0.1,
  loadSpread: 0,
  warmUp: 0.6,
  warmUpMinutes: 2,
};

/** Like a shared machine of 2 cores. */
export const HARSH: NoiseSettings = {
  ...ORDINARY,
  commonWindow: 0.06,
  commonMachine: 0.05,
  commonMinute: 0.03,
  functionProcess: 0.06,
  functionWindow: 0.05,
  functionMinute: 0.08,
  elasticity: 0.15,
};
