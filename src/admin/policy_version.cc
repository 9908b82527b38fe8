#include "admin/policy_version.h"

#include <algorithm>
#include <set>

namespace salus::admin {
namespace {

void write_step(json::Writer& writer, PolicyStep const& step) {
    writer.begin_object().key("at").integer(step.at).key("client").string(step.client);
    if (!step.person.empty()) writer.key("person").string(step.person);
    writer.end_object();
}

void write_steps(json::Writer& writer, PolicyVersion const& version) {
    if (version.activated) {
        writer.key("activated");
        write_step(writer, *version.activated);
    }
    writer.key("approvals").begin_array();
    for (auto const& each : version.approvals) write_step(writer, each);
    writer.end_array();
    writer.key("based_on").integer(static_cast<std::int64_t>(version.based_on));
    writer.key("based_on_sha256").string(version.based_on_sha256);
    writer.key("cases").integer(version.cases);
    writer.key("number").integer(static_cast<std::int64_t>(version.number));
    writer.key("proposed");
    write_step(writer, version.proposed);
    writer.key("reason").string(version.reason).key("sha256").string(version.sha256);
    if (version.withdrawn) {
        writer.key("withdrawn");
        write_step(writer, *version.withdrawn);
    }
}

// Stored texts are ours: what is missing or of another kind makes all of it unreadable.
class Reader {
public:
    explicit Reader(json::Value object) : object_(object) {}

    std::string text(std::string_view name) {
        auto value = object_.text_member(name);
        is_whole_ = is_whole_ && value.has_value();
        return std::move(value).value_or("");
    }
    std::int64_t integer(std::string_view name) {
        auto const member = object_.member(name);
        auto const value = member && member->is_number() ? member->integer() : std::nullopt;
        is_whole_ = is_whole_ && value && *value >= 0;
        return value.value_or(0);
    }
    std::uint64_t number(std::string_view name) {
        return static_cast<std::uint64_t>(std::max<std::int64_t>(0, integer(name)));
    }
    PolicyStep step(json::Value value) {
        Reader reader(value);
        PolicyStep step{.client = reader.text("client"),
                        .person = value.text_member("person").value_or(""),
                        .at = reader.integer("at")};
        is_whole_ = is_whole_ && reader.is_whole();
        return step;
    }
    std::optional<PolicyStep> step(std::string_view name) {
        auto const member = object_.member(name);
        return member ? std::optional(step(*member)) : std::nullopt;
    }
    [[nodiscard]] bool is_whole() const noexcept { return is_whole_; }

private:
    json::Value object_;
    bool is_whole_ = true;
};

}  // namespace

Literal name_of(PolicyPhase phase) noexcept {
    switch (phase) {
        case PolicyPhase::proposed: return "proposed";
        case PolicyPhase::approved: return "approved";
        case PolicyPhase::in_force: return "in-force";
        case PolicyPhase::superseded: return "superseded";
        case PolicyPhase::passed_over: return "passed-over";
        case PolicyPhase::outdated: return "outdated";
        case PolicyPhase::withdrawn: return "withdrawn";
    }
    return "";
}

std::size_t people_behind(PolicyVersion const& version) {
    std::set<std::string_view> people;
    if (!version.proposed.person.empty()) people.insert(version.proposed.person);
    for (auto const& each : version.approvals) people.insert(each.person);
    return people.size();
}

PolicyPhase phase_of(PolicyVersion const& version, PolicyVersions const& all) {
    if (version.withdrawn) return PolicyPhase::withdrawn;
    if (version.activated) {
        if (version.number == all.deciding.version) return PolicyPhase::in_force;
        return version.number == all.activated ? PolicyPhase::passed_over : PolicyPhase::superseded;
    }
    // By its text, too: two configurations are both version 0. By its number, too: an activation
    // is kept before it decides.
    if (version.based_on != all.activated || version.based_on_sha256 != all.deciding.sha256)
        return PolicyPhase::outdated;
    return people_behind(version) >= kPeopleBehindVersion ? PolicyPhase::approved
                                                          : PolicyPhase::proposed;
}

PolicyStep step_of(request::CallerFacts const& caller, WallTime now) {
    return {.client = caller.client.text(),
            .person = caller.person ? caller.person->id.text() : "",
            .at = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count()};
}

Result<void> approve(PolicyVersion& version, PolicyVersions const& all, PolicyStep step) {
    if (step.person.empty())
        return fail(Errc::forbidden, "a version is approved by a person who signed in");
    if (step.person == version.proposed.person)
        return fail(Errc::forbidden, "who proposed a version does not approve it");
    auto const phase = phase_of(version, all);
    if (phase != PolicyPhase::proposed && phase != PolicyPhase::approved)
        return fail(Errc::conflict, "the version is not open to approval");
    if (std::ranges::find(version.approvals, step.person, &PolicyStep::person) !=
        version.approvals.end())
        return fail(Errc::conflict, "this person approved it already");
    if (version.approvals.size() >= kApprovalsMost)
        return fail(Errc::conflict, "the version has as many approvals as it can");
    version.approvals.push_back(std::move(step));
    return {};
}

Result<void> activate(PolicyVersion& version, PolicyVersions& all, PolicyStep step) {
    auto const phase = phase_of(version, all);
    if (phase == PolicyPhase::outdated)
        return fail(Errc::conflict, "what decides has changed since this version was proposed");
    if (phase == PolicyPhase::proposed)
        return fail(Errc::conflict, "two people must stand behind a version");
    if (phase != PolicyPhase::approved)
        return fail(Errc::conflict, "the version is not open to activation");
    version.activated = std::move(step);
    all.activated = version.number;
    all.deciding = {.version = version.number, .sha256 = version.sha256};
    return {};
}

Result<void> withdraw(PolicyVersion& version, PolicyVersions const& all, PolicyStep step) {
    auto const phase = phase_of(version, all);
    if (version.activated || phase == PolicyPhase::withdrawn)
        return fail(Errc::conflict, "the version is not open to withdrawal");
    version.withdrawn = std::move(step);
    return {};
}

std::string to_json(PolicyVersion const& version) {
    std::string text;
    json::Writer writer(text);
    writer.begin_object();
    write_steps(writer, version);
    writer.key("text").string(version.text).end_object();
    return text;
}

std::string to_json(PolicyVersions const& versions) {
    std::string text;
    json::Writer writer(text);
    writer.begin_object().key("in_force").integer(static_cast<std::int64_t>(versions.activated));
    writer.key("newest").integer(static_cast<std::int64_t>(versions.newest)).end_object();
    return text;
}

Result<PolicyVersion> read_version(json::Parser& parser, std::string text) {
    SALUS_TRY(auto const document, parser.parse(std::move(text)));
    auto const root = document.root();
    Reader reader(root);
    auto const proposed = root.member("proposed");
    auto const approvals = root.member("approvals");
    if (!proposed || !approvals || !approvals->is_array())
        return fail(Errc::corrupt, "a stored version of the policy cannot be read");
    PolicyVersion version{.number = reader.number("number"),
                          .based_on = reader.number("based_on"),
                          .based_on_sha256 = root.text_member("based_on_sha256").value_or(""),
                          .text = reader.text("text"),
                          .sha256 = reader.text("sha256"),
                          .reason = reader.text("reason"),
                          .cases = reader.integer("cases"),
                          .proposed = reader.step(*proposed),
                          .approvals = {},
                          .activated = reader.step("activated"),
                          .withdrawn = reader.step("withdrawn")};
    for (auto const each : approvals->elements()) version.approvals.push_back(reader.step(each));
    if (!reader.is_whole())
        return fail(Errc::corrupt, "a stored version of the policy cannot be read");
    return version;
}

Result<PolicyVersions> read_versions(json::Parser& parser, std::string text) {
    SALUS_TRY(auto const document, parser.parse(std::move(text)));
    Reader reader(document.root());
    PolicyVersions versions{
        .newest = reader.number("newest"), .activated = reader.number("in_force"), .deciding = {}};
    if (!reader.is_whole() || versions.activated > versions.newest)
        return fail(Errc::corrupt, "the list of versions of the policy cannot be read");
    return versions;
}

void write_summary(json::Writer& writer, PolicyVersion const& version, PolicyVersions const& all) {
    writer.key("phase").string(name_of(phase_of(version, all)).text());
    write_steps(writer, version);
}

}  // namespace salus::admin
