// Which sensitivity labels a patient's consents open to somebody: those for which a consent in
// force says, by the label's name, that whoever asks may see such records for this purpose (42 CFR
// 2.31, 45 CFR 164.508(a)(2)). More than no consent denying it: a general consent to treatment
// opens none, and neither does one that is limited to some types, codes, times or instances,
// because a label is opened for all of the patient's records. Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "consent/consent.h"
#include "consent/facts.h"

namespace salus::consent {

// Of these labels (v3-ActCode, or R and V of v3-Confidentiality), in their order. One denial, by
// any consent, and a label is not opened. `consents`: all of the patient's.
[[nodiscard]] std::vector<std::string> released_labels(std::span<Consent const> consents,
                                                       RequestFacts const& request,
                                                       std::span<std::string const> labels);

}  // namespace salus::consent
