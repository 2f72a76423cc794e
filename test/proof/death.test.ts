import { deathProof } from '../../proof/death/death';
import { holds } from './small-proof';

holds(deathProof);
