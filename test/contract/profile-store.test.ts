import { describeProfileStore } from './profile-store.ts';

describeProfileStore('embedded engine', null);
