#include "keys/dual_control/custodian_set.h"

#include <algorithm>

#include "json/canonical.h"

namespace salus::keys {
namespace {

using crypto::SignatureAlgorithm;

bool knows_only(json::Value object, std::initializer_list<std::string_view> names) {
    if (!object.is_object()) return false;
    for (auto const member : object.members()) {
        if (std::ranges::none_of(names, [&](auto name) { return member.is_named(name); }))
            return false;
    }
    return true;
}

Result<std::int64_t> integer_between(json::Value object, std::string_view name, std::int64_t least,
                                     std::int64_t most) {
    auto const member = object.member(name);
    auto const number = member && member->is_number() ? member->integer() : std::nullopt;
    if (!number || *number < least || *number > most)
        return fail(Errc::invalid, "a number of the custodians' policy is missing or out of range");
    return *number;
}

Result<Custodian> read_custodian(json::Value value) {
    if (!knows_only(value, {"key", "name", "role"}))
        return fail(Errc::invalid, "a custodian has name, role and key, and nothing else");
    auto const name = value.text_member("name").value_or("");
    if (!is_custodian_name(name))
        return fail(Errc::invalid, "a custodian's name is 1 to 32 of a-z, 0-9 and -");
    auto const role = role_named(value.text_member("role").value_or(""));
    if (!role) return fail(Errc::invalid, "a custodian's role is generate, rotate or destroy");
    auto const der = from_base64(value.text_member("key").value_or(""));
    if (!der) return fail(Errc::invalid, "a custodian's key is SubjectPublicKeyInfo in base64");
    SALUS_TRY(auto key, crypto::VerifyingKey::from_spki(*der));
    if (!key.fits(SignatureAlgorithm::ed25519) && !key.fits(SignatureAlgorithm::es256))
        return fail(Errc::invalid, "a custodian's key is Ed25519 or P-256");
    return Custodian{CustodianName(name), *role, std::move(key)};
}

}  // namespace

bool is_custodian_name(std::string_view text) noexcept {
    return !text.empty() && text.size() <= 32 && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

SignatureAlgorithm signature_algorithm(crypto::VerifyingKey const& key) {
    return key.fits(SignatureAlgorithm::ed25519) ? SignatureAlgorithm::ed25519
                                                 : SignatureAlgorithm::es256;
}

Result<CustodianSet> CustodianSet::parse(std::string text) {
    if (text.size() > kCustodianSetBytes) return fail(Errc::too_large, "too many custodians");
    json::Parser parser;
    SALUS_TRY(auto const document, parser.parse(std::move(text)));
    return read(document.root());
}

Result<CustodianSet> CustodianSet::read(json::Value value) {
    if (!knows_only(value, {"custodians", "policy", "v", "version"}))
        return fail(Errc::invalid, "a set has custodians, policy, v and version, and nothing else");
    auto const people = value.member("custodians");
    auto const policy = value.member("policy");
    if (!people || !people->is_array() || !policy)
        return fail(Errc::invalid, "a set has custodians and a policy");
    CustodianSet set;
    SALUS_TRY_VOID(integer_between(value, "v", 1, 1));
    SALUS_TRY(set.version_, integer_between(value, "version", 1, json::kLargestInteger));
    SALUS_TRY_VOID(set.read_people(*people));
    SALUS_TRY_VOID(set.read_policy(*policy));
    SALUS_TRY_VOID(set.check());
    set.text_ = set.encode();
    set.hash_ = crypto::sha256(bytes_of(set.text_));
    return set;
}

Result<void> CustodianSet::read_people(json::Value list) {
    if (list.size() > kCustodiansLargest) return fail(Errc::too_large, "too many custodians");
    for (auto const each : list.elements()) {
        SALUS_TRY(auto custodian, read_custodian(each));
        custodians_.push_back(std::move(custodian));
    }
    std::ranges::sort(custodians_, {}, &Custodian::name);
    return {};
}

Result<void> CustodianSet::read_policy(json::Value policy) {
    if (!knows_only(policy, {"approvals", "cool_off", "lifetime"}))
        return fail(Errc::invalid, "a policy has approvals, cool_off and lifetime, no more");
    auto const people = static_cast<std::int64_t>(custodians_.size());
    // The proposer's own ballot does not count.
    if (people <= kApprovalsLeast) return fail(Errc::invalid, "fewer than three custodians");
    SALUS_TRY(policy_.approvals, integer_between(policy, "approvals", kApprovalsLeast, people - 1));
    SALUS_TRY(policy_.cool_off, integer_between(policy, "cool_off", 0, kCoolOffLongest));
    SALUS_TRY(policy_.lifetime,
              integer_between(policy, "lifetime", policy_.cool_off + 1, kProposalLifeLongest));
    return {};
}

// One person is one name, one key and one role.
Result<void> CustodianSet::check() const {
    for (std::size_t i = 0; i < custodians_.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (custodians_[i].name == custodians_[j].name) {
                return fail(Errc::invalid, custodians_[i].role == custodians_[j].role
                                               ? Literal("a custodian is named twice")
                                               : Literal("no person has two roles"));
            }
            if (custodians_[i].key.spki() == custodians_[j].key.spki())
                return fail(Errc::invalid, "two custodians have one key");
        }
    }
    for (auto const role : {Role::generate, Role::rotate, Role::destroy}) {
        if (std::ranges::find(custodians_, role, &Custodian::role) == custodians_.end())
            return fail(Errc::invalid, "each of the roles generate, rotate, destroy has a person");
    }
    return {};
}

Custodian const* CustodianSet::find(CustodianName const& name) const noexcept {
    auto const found = std::ranges::find(custodians_, name, &Custodian::name);
    return found == custodians_.end() ? nullptr : &*found;
}

std::string CustodianSet::encode() const {
    std::string out = R"({"custodians":[)";
    for (auto const& each : custodians_) {
        if (out.back() != '[') out.push_back(',');
        out.append(R"({"key":")").append(to_base64(each.key.spki()));
        out.append(R"(","name":")").append(each.name.text());
        out.append(R"(","role":")").append(name_of(each.role).text()).append(R"("})");
    }
    out.append(R"(],"policy":{"approvals":)");
    json::append_json_integer(out, policy_.approvals);
    out.append(R"(,"cool_off":)");
    json::append_json_integer(out, policy_.cool_off);
    out.append(R"(,"lifetime":)");
    json::append_json_integer(out, policy_.lifetime);
    out.append(R"(},"v":1,"version":)");
    json::append_json_integer(out, version_);
    out.push_back('}');
    return out;
}

}  // namespace salus::keys
