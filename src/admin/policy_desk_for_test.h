// For this room's tests: a desk over a policy with roles, and people and clients to ask about.
// Included by tests only.
#pragma once

#include <map>
#include <string>

#include "admin/policy_desk.h"
#include "records/tenant_for_test.h"

namespace salus::admin {

// Treatment reads all, but nobody's telecom but by the role registrar; nurses write observations;
// people see their own; administration asks the policy.
inline constexpr char const* kPolicy = R"cedar(
@id("treat.read") @fields("*") @description("Whoever treats reads") @reference("45 CFR 164.506(c)")
permit(principal, action in [Action::"read", Action::"search"], resource is Record)
when { context.purpose == "TREAT" };
@id("treat.no-telecom") @redact("telecom")
permit(principal, action == Action::"limit", resource is Record)
when { context.purpose == "TREAT" && !(principal in Role::"registrar") };
@id("nurse.write") @fields("*")
permit(principal in Role::"nurse", action == Action::"create", resource in Type::"Observation")
when { context.purpose == "TREAT" };
@id("own.read") @fields("birthDate, name")
permit(principal, action == Action::"read", resource in Type::"Patient")
when { context.purpose == "PATRQT" && resource.own };
@id("people.sign-in") @obligate("sign-in:mfa:900")
permit(principal is User, action == Action::"limit", resource);
@id("administer")
permit(principal, action == Action::"administerRead", resource == Function::"policies")
when { context.purpose == "SYSADMIN" };
)cedar";

class SubjectsForTest final : public Subjects {
public:
    std::map<std::string, Subject, std::less<>> users;  // user_name is "name of " and the id
    std::map<std::string, Subject, std::less<>> clients;

    [[nodiscard]] Result<std::optional<Subject>> user_named(std::string_view name) override {
        constexpr std::string_view kNameOf = "name of ";
        if (!name.starts_with(kNameOf)) return std::optional<Subject>();
        return user(name.substr(kNameOf.size()));
    }
    [[nodiscard]] Result<std::optional<Subject>> user(std::string_view id) override {
        return found(users, id);
    }
    [[nodiscard]] Result<std::optional<Subject>> client(std::string_view id) override {
        return found(clients, id);
    }

private:
    static Result<std::optional<Subject>> found(
        std::map<std::string, Subject, std::less<>> const& all, std::string_view id) {
        auto const each = all.find(id);
        return each == all.end() ? std::optional<Subject>() : std::optional(each->second);
    }
};

class PolicyRoom {
public:
    PolicyRoom() {
        using request::PurposeOfUse;
        auto& nurse = subjects_.users["u1"];
        nurse = person("u1", "user/*.cruds", {PurposeOfUse::treatment});
        nurse.caller.roles = {*request::RoleName::parse("nurse")};
        auto& patient = subjects_.users["u2"];
        patient = person("u2", "patient/*.rs", {PurposeOfUse::patient_request});
        patient.is_patient = true;
        auto& gone = subjects_.users["u3"];
        gone = person("u3", "user/*.cruds", {PurposeOfUse::treatment});
        gone.barred = "the user is disabled";
        auto& service = subjects_.clients["lab"];
        service.caller.anonymous = false;
        service.caller.tenant = tenant().name;
        service.caller.client = ClientId("lab");
        service.caller.scopes = request::parse_scopes("system/Observation.rs").value();
        service.purposes = {PurposeOfUse::treatment};
        service.is_stored = true;
    }

    [[nodiscard]] request::Tenant const& tenant() const { return home_.tenant(); }
    [[nodiscard]] PolicyDesk desk() {
        return {.tenant = tenant(),
                .policy = policy_,
                .subjects = subjects_,
                .parser = parser_,
                .clock = instance_.clock};
    }
    [[nodiscard]] request::Exchange exchange(std::string body) const {
        return testing::make_exchange(
            tenant(), testing::make_request(
                          {.method = http::Method::post, .target = "/", .body = std::move(body)}));
    }
    // What an answer says.
    [[nodiscard]] static std::string text(request::Prepared const& prepared) {
        return std::get<request::PlainContent>(prepared.content).text;
    }

private:
    [[nodiscard]] Subject person(std::string const& id, std::string const& scopes,
                                 std::vector<request::PurposeOfUse> purposes) const {
        Subject subject;
        subject.caller.anonymous = false;
        subject.caller.tenant = tenant().name;
        subject.caller.person = request::Person{.id = UserId(id), .grant = {}, .acr = {}};
        subject.caller.scopes = request::parse_scopes(scopes).value();
        subject.purposes = std::move(purposes);
        subject.is_stored = true;
        return subject;
    }

    testing::TestInstance instance_;
    testing::TestRecords home_{instance_};
    json::Parser parser_;
    authorization::Policy policy_ = authorization::Policy::parse(kPolicy).value();
    SubjectsForTest subjects_;
};

}  // namespace salus::admin
