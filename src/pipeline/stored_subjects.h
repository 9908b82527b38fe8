// The users and clients of a tenant, as questions about the policy name them (admin/policy_desk.h):
// with the most that a token for them could say now. Borrows all; belongs to one thread.
#pragma once

#include "admin/policy_desk.h"
#include "identity/documents.h"

namespace salus::pipeline {

class StoredSubjects final : public admin::Subjects {
public:
    StoredSubjects(TenantName const& tenant, records::Records& records, json::Parser& parser,
                   Clock const& clock)
        : tenant_(tenant), records_(records), parser_(parser), documents_(records, parser, clock) {}

    [[nodiscard]] Result<std::optional<admin::Subject>> user_named(std::string_view name) override;
    [[nodiscard]] Result<std::optional<admin::Subject>> user(std::string_view id) override;
    [[nodiscard]] Result<std::optional<admin::Subject>> client(std::string_view id) override;

private:
    TenantName const& tenant_;
    records::Records& records_;
    json::Parser& parser_;
    identity::Documents documents_;
};

}  // namespace salus::pipeline
