#include "operations/kept_labels.h"

#include <algorithm>

#include "json/writer.h"
#include "operations/request_reader.h"
#include "request/redisclosure_notice.h"

namespace salus::operations {
namespace {

using request::Interaction;
using Labels = std::vector<json::Value>;

Labels borne_labels(fhir::ResourceView const& resource) {
    Labels labels;
    auto const meta = RequestReader::root(resource).member("meta");
    auto const list = meta ? meta->member("security") : std::nullopt;
    if (!list || !list->is_array()) return labels;
    for (auto const label : list->elements()) labels.push_back(label);
    return labels;
}

// The identity of a label is system and code (resource-operation-meta-delete.html).
bool contains(Labels const& labels, json::Value wanted) {
    return std::ranges::any_of(labels, [&](json::Value label) {
        return label.text_member("system") == wanted.text_member("system") &&
               label.text_member("code") == wanted.text_member("code");
    });
}

std::vector<std::string> codes_of(Labels const& labels) {
    std::vector<std::string> codes;
    for (auto const label : labels) codes.push_back(label.text_member("code").value_or(""));
    return codes;
}

EphiText with_labels(json::Value root, Labels const& labels) {
    std::string text;
    json::Writer writer(text);
    writer.begin_object();
    for (auto const member : root.members()) {
        writer.key(member.name());
        if (!member.is_named("meta")) {
            writer.raw(member.value.raw());
            continue;
        }
        writer.begin_object();
        for (auto const each : member.value.members()) {
            if (!each.is_named("security")) writer.key(each.name()).raw(each.value.raw());
        }
        if (!labels.empty()) {
            writer.key("security").begin_array();
            for (auto const label : labels) writer.raw(label.raw());
            writer.end_array();
        }
        writer.end_object();
    }
    writer.end_object();
    return EphiText(std::move(text));
}

// A patch, or $meta-delete, names what it takes away; an update says what there is.
bool takes_away_by_name(Interaction interaction) {
    return interaction != Interaction::update;
}

}  // namespace

Result<EphiText> with_kept_labels(Context const& context, Staging const& staging, EphiText text) {
    SALUS_TRY(
        auto const replaced,
        context.records.get(staging.interaction, staging.resource.type().name.text(), staging.id));
    if (!replaced) return fail(Errc::not_found, "no such resource");
    if (replaced->state == store::VersionState::deleted) return text;
    SALUS_TRY(auto const before, fhir::Reader::index(replaced->text.clone(), context.parser));
    auto const old_labels = borne_labels(before.view());
    // A patch begins with what is stored; $meta-add says what it wants.
    bool const bears_notice =
        staging.interaction == Interaction::update && context.records.bears_notice(*replaced);
    if (old_labels.empty() && !bears_notice) return text;
    SALUS_TRY(auto const after, fhir::Reader::index(text.clone(), context.parser));
    auto labels = borne_labels(after.view());
    auto const comes_back = std::erase_if(labels, [&](json::Value label) {
        return bears_notice && request::forbids_redisclosure(label) && !contains(old_labels, label);
    });
    Labels lost;
    std::ranges::copy_if(old_labels, std::back_inserter(lost),
                         [&](json::Value label) { return !contains(labels, label); });
    if (!lost.empty()) {
        SALUS_TRY(bool const goes,
                  context.records.may_lose_labels(*replaced, before.view(), codes_of(lost)));
        if (!goes && takes_away_by_name(staging.interaction)) {
            return fail(Errc::forbidden,
                        "the policy does not permit taking a security label away (declassify)");
        }
        if (goes) lost.clear();
    }
    if (comes_back == 0 && lost.empty()) return text;
    labels.insert(labels.end(), lost.begin(), lost.end());
    return with_labels(RequestReader::root(after.view()), labels);
}

}  // namespace salus::operations
