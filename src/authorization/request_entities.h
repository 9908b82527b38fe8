// The entities of one request: who asks, what is asked about, and the types with their groups.
// Roles, types and groups are ancestors; attributes are tenant, client, and of a record whether its
// type belongs to patients, whether that patient is who asks or whom they represent, who wrote it,
// security labels, and where it belongs; of the principal, where they work. Borrows. Belongs to one
// request.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cedar/entities.h"
#include "request/caller.h"

namespace salus::authorization {

class RequestEntities : public cedar::Entities {
public:
    RequestEntities(request::CallerFacts const& caller, TenantName tenant);

    [[nodiscard]] cedar::EntityUid const& principal() const noexcept { return principal_.uid; }
    [[nodiscard]] cedar::EntityUid const& resource() const noexcept { return resource_.uid; }
    // What the next evaluation is about.
    struct Record {
        bool bound = false;     // it is of the patient to whom the caller is bound
        bool care = false;      // the caller takes part in that patient's care
        bool authored = false;  // the caller wrote it
        std::span<std::string const> labels;
        std::span<std::string const> consented;           // labels that its patient's consents open
        std::span<request::PlaceName const> locations{};  // where it belongs
    };
    // "*" is no type in particular.
    void ask_about_type(std::string_view type, Record const& record);
    void ask_about_function(std::string_view function);
    // Whether some record of this type is what was asked about last.
    [[nodiscard]] bool is_about_type(std::string_view type) const noexcept;

    [[nodiscard]] cedar::Entity const* find(cedar::EntityUid const& uid) const noexcept override;
    [[nodiscard]] bool is_in(cedar::EntityUid const& uid,
                             cedar::EntityUid const& ancestor) const override;
    void visit_ancestors(cedar::EntityUid const& uid, cedar::EntityVisitor& visitor) const override;

private:
    [[nodiscard]] bool has_role(std::string_view role) const noexcept;

    request::CallerFacts const& caller_;
    TenantName tenant_;
    // The entities borrow these, which spares each an owner of its own.
    cedar::Record principal_attributes_;
    cedar::Record resource_attributes_;
    cedar::Entity principal_;
    cedar::Entity resource_;
    std::string_view group_;  // of the type of resource_; empty: it is no record
};

}  // namespace salus::authorization
