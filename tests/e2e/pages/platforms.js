/** How each platform's page builds its tiles. */
import * as jitsi from "./jitsi.js";
import * as meet from "./meet.js";
import * as rooms from "./rooms.js";
import * as teams from "./teams.js";
import * as zoom from "./zoom.js";

export { LAYOUTS } from "./layouts.js";
export const PAGES = { jitsi, meet, rooms, teams, zoom };
