import { modelProof } from '../../proof/model/against-engine';
import { holds } from './small-proof';

holds(modelProof);
