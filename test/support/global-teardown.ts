import { stopKept } from './running-servers';

export default stopKept;
