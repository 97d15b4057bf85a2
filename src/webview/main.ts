import { Dashboard } from './dashboard';
import { acquireApi } from './host';

new Dashboard(acquireApi(), document.body.dataset.layout === 'compact').start();
