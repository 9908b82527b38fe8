// Which access tokens were revoked (RFC 7009), as the store has it: one sealed document for each,
// until the token would have expired. IAM-8. Belongs to one thread, as the records do.
#pragma once

#include "authentication/token_guards.h"
#include "foundation/clock.h"
#include "records/records.h"
#include "request/caller.h"
#include "request/prepared.h"

namespace salus::oauth {

class StandingTokens final : public authentication::Standing {
public:
    // Borrows it.
    explicit StandingTokens(records::Records& records) : records_(records) {}

    [[nodiscard]] Result<bool> stands(std::string_view token_id) override;
    // Adds the revocation to what the answer commits.
    [[nodiscard]] Result<void> revoke(request::CallerFacts const& token, WallTime now,
                                      request::Prepared& prepared);

private:
    records::Records& records_;
};

}  // namespace salus::oauth
