// What the records tell of people by other names than their own: who holds a PractitionerRole. For
// care relationships and for consents, which name practitioners in both ways. Whoever may write
// PractitionerRoles may make people hold them. Borrows; belongs to one request, for which each role
// is opened once.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "json/document.h"
#include "records/records.h"

namespace salus::operations {

// Type/id of what a Reference names on this server; empty: of nothing.
[[nodiscard]] std::string place_in(std::optional<json::Value> reference);

// A record may name thousands of roles. Whoever asks about more of them at once is not told of the
// rest.
inline constexpr std::size_t kRolesOpened = 1000;

class PractitionerRoles {
public:
    PractitionerRoles(records::Records& records, json::Parser& parser, WallTime now)
        : records_(records), parser_(parser), now_(now) {}

    // From here on, roles that were not opened yet may be again: one question is over.
    void ask_anew() noexcept { left_ = kRolesOpened; }
    // Whether the practitioner ("Practitioner/[id]") holds the role of this id now, for this
    // organization (an id; empty: for whichever). Nothing: the records do not tell.
    [[nodiscard]] Result<std::optional<bool>> hold(std::string_view practitioner,
                                                   std::string_view id,
                                                   std::string_view organization = {});
    // A live resource that stands in this compartment, or in the shared one.
    [[nodiscard]] Result<std::optional<fhir::Resource>> find(CompartmentId const& compartment,
                                                             std::string_view type,
                                                             std::string_view id);

private:
    // What a role says; of what does not tell, or is not there, nothing.
    struct Role {
        std::string practitioner;
        std::string organization;
        bool now = false;  // it is active, and its period holds
    };
    // Nothing: it is not opened any more.
    [[nodiscard]] Result<Role const*> role(std::string_view id);

    records::Records& records_;
    json::Parser& parser_;
    WallTime now_;
    std::size_t left_ = kRolesOpened;
    std::map<std::string, Role, std::less<>> opened_;
};

}  // namespace salus::operations
