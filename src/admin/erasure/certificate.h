// The certificate that a patient's records were destroyed by destroying their keys (ENC-5; NIST
// SP 800-88 revision 1, appendix G): signed, and with the audit log's proof inside, so that it is
// verified without this program. docs/formats/certificate-of-destruction.md. Values.
#pragma once

#include <string>

#include "admin/erasure/progress.h"
#include "audit/inclusion_proof.h"
#include "crypto/signature.h"
#include "foundation/strong_id.h"
#include "keys/dual_control/proposal_record.h"

namespace salus::admin {

struct Destruction {
    std::string instance;
    CompartmentId patient;
    std::uint32_t shard = 0;
    KeyProgress keys;
    std::int64_t finished = 0;  // unix seconds
};

// JSON: the statement as a text, its signature, the public key. Errc::invalid for an instance's
// name beyond printable ASCII.
[[nodiscard]] Result<std::string> certify(Destruction const& destruction,
                                          keys::ProposalRecord const& approved,
                                          audit::InclusionProof const& recorded,
                                          crypto::SigningKey const& key);

}  // namespace salus::admin
