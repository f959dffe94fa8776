import './styles/index.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { followHistory } from './state/location.ts';
import { startTheme } from './state/theme.ts';

startTheme();
followHistory();
render(<App />, document.getElementById('app')!);
