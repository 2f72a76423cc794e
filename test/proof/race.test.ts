import { raceProof } from '../../proof/race/race';
import { holds } from './small-proof';

holds(raceProof);
