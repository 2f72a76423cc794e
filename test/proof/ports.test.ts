import { portsProof } from '../../proof/ports/ports';
import { holds } from './small-proof';

holds(portsProof);
