import { outageProof } from '../../proof/outage/outage';
import { holds } from './small-proof';

holds(outageProof);
