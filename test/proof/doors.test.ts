import { doorsProof } from '../../proof/doors/doors';
import { holds } from './small-proof';

holds(doorsProof);
