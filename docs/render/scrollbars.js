// Grafana's module asks this old package for a default export in a way that bundlers understand in two ways.
export { Scrollbars as default, Scrollbars } from './node_modules/react-custom-scrollbars-2/lib/index.js';
