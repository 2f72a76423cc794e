import { historiesProof } from '../../proof/histories/histories';
import { holds } from './small-proof';

holds(historiesProof);
