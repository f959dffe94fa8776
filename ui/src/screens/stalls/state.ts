import { screenState } from '../../state/screen-state.ts';
import { stallsCodec } from './address.ts';

/** The screen at /stalls: its state, and how to change it. */
export const stallsScreen = screenState('/stalls', stallsCodec);
