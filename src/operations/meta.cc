// https://hl7.org/fhir/R4/resource-operation-meta-add.html
#include "operations/meta.h"

#include <algorithm>
#include <array>

#include "json/writer.h"
#include "operations/answers.h"
#include "operations/request_reader.h"
#include "operations/written.h"

namespace salus::operations {
namespace {

constexpr std::array<std::string_view, 3> kLists{"profile", "security", "tag"};

EphiText parameters_with(std::string_view meta) {
    std::string text;
    json::Writer writer(text);
    writer.begin_object().key("resourceType").string("Parameters");
    writer.key("parameter").begin_array().begin_object().key("name").string("return");
    writer.key("valueMeta").raw(meta).end_object().end_array().end_object();
    return EphiText(std::move(text));
}

EphiText meta_of(fhir::ResourceView const& resource) {
    auto const meta = RequestReader::root(resource).member("meta");
    return parameters_with(meta ? meta->raw() : "{}");
}

// The meta that was sent; Errc::invalid unless it is one parameter of that name with lists only.
Result<json::Value> sent_meta(fhir::ResourceView const& parameters) {
    auto const list = RequestReader::root(parameters).member("parameter");
    if (!list || list->size() != 1) return fail(Errc::invalid, "one parameter is expected: meta");
    auto const parameter = *list->elements().begin();
    auto const meta = parameter.member("valueMeta");
    if (parameter.text_member("name") != "meta" || !meta) {
        return fail(Errc::invalid, "one parameter is expected: meta");
    }
    for (auto const member : meta->members()) {
        if (std::ranges::find(kLists, member.name()) == kLists.end()) {
            return fail(Errc::invalid, "of meta only profile, security and tag are changed");
        }
    }
    return *meta;
}

// Two labels are the same if system and code are.
bool same(json::Value a, json::Value b) {
    if (a.is_string() || b.is_string()) return b.is_string() && a.is_text(b.text());
    return a.text_member("system") == b.text_member("system") &&
           a.text_member("code") == b.text_member("code");
}

std::vector<json::Value> list_of(std::optional<json::Value> meta, std::string_view name) {
    std::vector<json::Value> values;
    auto const list = meta ? meta->member(name) : std::nullopt;
    if (!list || !list->is_array()) return values;
    for (auto const value : list->elements()) values.push_back(value);
    return values;
}

// `list` with those that were sent added or removed.
std::vector<json::Value> changed(std::vector<json::Value> list,
                                 std::vector<json::Value> const& sent, bool adds) {
    for (auto const value : sent) {
        auto const is_same = [&](json::Value other) { return same(other, value); };
        if (!adds) {
            std::erase_if(list, is_same);
        } else if (std::ranges::none_of(list, is_same)) {
            list.push_back(value);
        }
    }
    return list;
}

struct NewMeta {
    std::string text;
    bool differs = false;
};

NewMeta new_meta(std::optional<json::Value> before, json::Value sent, bool adds) {
    NewMeta result;
    json::Writer writer(result.text);
    writer.begin_object();
    if (before) {
        for (auto const member : before->members()) {
            bool const is_list = std::ranges::find(kLists, member.name()) != kLists.end();
            if (!is_list) writer.key(member.name()).raw(member.value.raw());
        }
    }
    for (auto const name : kLists) {
        auto const old = list_of(before, name);
        auto const list = changed(old, list_of(sent, name), adds);
        result.differs = result.differs || list.size() != old.size();
        if (list.empty()) continue;
        writer.key(name).begin_array();
        for (auto const value : list) writer.raw(value.raw());
        writer.end_array();
    }
    writer.end_object();
    return result;
}

EphiText with_meta(json::Value root, std::string_view meta) {
    std::string text;
    json::Writer writer(text);
    writer.begin_object();
    for (auto const member : root.members()) {
        if (!member.is_named("meta")) writer.key(member.name()).raw(member.value.raw());
    }
    writer.key("meta").raw(meta).end_object();
    return EphiText(std::move(text));
}

Result<records::StoredDocument> stored(Context const& context, request::IntentFacts const& intent) {
    auto const id = RequestReader::id(intent.id);
    auto found = intent.version == 0 ? context.records.get(intent.interaction, intent.type, id)
                                     : context.records.get_version(intent.interaction, intent.type,
                                                                   id, intent.version);
    SALUS_TRY(auto document, std::move(found));
    if (!document) return fail(Errc::not_found, "no such resource");
    if (document->state == store::VersionState::deleted) {
        return fail(Errc::gone, "the resource was deleted");
    }
    return *std::move(document);
}

request::Prepared answer(EphiText meta) {
    request::Prepared prepared;
    prepared.headers.set("Content-Type", kFhirJson);
    prepared.content = request::MetaContent{std::move(meta)};
    return prepared;
}

}  // namespace

Result<request::Prepared> meta(Context const& context, request::Permit const& permit) {
    auto const& intent = permit.intent();
    SALUS_TRY(auto document, stored(context, intent));
    auto const& bound = permit.caller().facts().patient_compartment;
    if (bound && *bound != document.compartment) return fail(Errc::not_found, "no such resource");
    auto touched = touched_by_reading(context, intent.type, document);
    SALUS_TRY(auto const resource, fhir::Reader::index(std::move(document.text), context.parser));
    auto prepared = answer(meta_of(resource.view()));
    prepared.touched.push_back(std::move(touched));
    return prepared;
}

Result<request::Prepared> change_meta(Context const& context, request::Permit const& permit) {
    auto const& intent = permit.intent();
    SALUS_TRY(auto const sent, sent_meta(*intent.resource));
    SALUS_TRY(auto document, stored(context, intent));
    store::Current const current{document.compartment, document.version, document.state};
    SALUS_TRY_VOID(check_bound(permit, current));
    SALUS_TRY_VOID(check_preconditions(intent, current));
    auto touched = touched_by_reading(context, intent.type, document);
    SALUS_TRY(auto const resource, fhir::Reader::index(std::move(document.text), context.parser));
    auto const root = RequestReader::root(resource.view());
    bool const adds = intent.interaction == request::Interaction::meta_add;
    auto const meta = new_meta(root.member("meta"), sent, adds);
    if (!meta.differs) {
        auto prepared = answer(meta_of(resource.view()));
        prepared.touched.push_back(std::move(touched));
        return prepared;
    }
    auto const profiles = context.profiles();
    SALUS_TRY(auto const changed_resource,
              fhir::Reader::parse(with_meta(root, meta.text), context.parser, profiles.get()));
    auto const id = std::string(RequestReader::id(intent.id));
    auto const when = context.clock.now();
    Staging const staging{
        intent.interaction, changed_resource.view(), id, current.version + 1, "update", when,
        kNoReferences,      permit.caller().facts()};
    SALUS_TRY(auto staged, stage(context, staging));
    SALUS_TRY_VOID(check_bound(permit, staged));
    SALUS_TRY(auto const now, fhir::Reader::index(staged.text.clone(), context.parser));
    auto prepared = written(context, permit, std::move(staged), id, when);
    prepared.content = request::MetaContent{meta_of(now.view())};
    refuse_conflicts(intent, prepared);
    return prepared;
}

}  // namespace salus::operations
