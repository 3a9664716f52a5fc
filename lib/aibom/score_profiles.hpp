// The profiles' tables, one a function. Internal to aibom/.
#pragma once

#include "aibom/score.hpp"

namespace mpk::aibom {

Profile owasp_profile();
Profile g7_profile();
Profile bsi_profile();
Profile cisa_profile();
Profile ntia_profile();
Profile eu_xi_profile();
Profile eu_xii_profile();

}  // namespace mpk::aibom
