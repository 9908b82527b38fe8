#include "app/administration.h"
#include "app/commands.h"
#include "app/custodian_key.h"
#include "app/terminal.h"
#include "json/document.h"
#include "json/writer.h"
#include "keys/dual_control/rotation_order.h"

namespace salus::app {
namespace {

std::string days_of(json::Value const& key) {
    auto const age = key.member("ageSeconds");
    auto const seconds = age ? age->integer().value_or(0) : 0;
    return std::to_string(seconds / 86'400) + " d";
}

std::string number_in(json::Value const& key, std::string_view name) {
    auto const value = key.member(name);
    return std::to_string(value ? value->integer().value_or(0) : 0);
}

void show_keys(json::Value const& root, std::string_view list, std::string_view title,
               std::string_view version, std::string_view count) {
    auto const keys = root.member(list);
    if (!keys || !keys->is_array()) return;
    for (auto const key : keys->elements()) {
        std::string line(title);
        if (auto const purpose = key.text_member("purpose")) line.append(" ").append(*purpose);
        line.append(" ").append(number_in(key, version));
        line.append(": ").append(key.text_member("state").value_or(""));
        line.append(", ").append(days_of(key));
        if (!count.empty()) line.append(", wraps or seals for ").append(number_in(key, count));
        if (auto const first = key.text_member("firstDestroyed")) {
            line.append("; kept for older backups, destroyed from ").append(*first);
            line.append(" to ").append(key.text_member("lastDestroyed").value_or(""));
        }
        say(line);
    }
}

// The shards are told of together: how many are at which epoch.
void show_shards(json::Value const& root) {
    auto const keys = root.member("shardKeys");
    if (!keys || !keys->is_array()) return;
    std::size_t active = 0;
    std::size_t superseded = 0;
    for (auto const key : keys->elements()) {
        ++(key.text_member("state") == "active" ? active : superseded);
    }
    say("shard keys: " + std::to_string(active) + " active, " + std::to_string(superseded) +
        " being replaced");
}

int show_rotation(std::optional<std::string> const& answer) {
    if (!answer) return kFailed;
    json::Parser parser;
    auto const document = parser.parse(*answer);
    if (!document) return kFailed;
    auto const root = document->root();
    show_keys(root, "keks", "key-encryption key", "epoch", "shardKeys");
    show_shards(root);
    show_keys(root, "dataKeys", "data keys of version", "version", "keys");
    show_keys(root, "purposeKeys", "purpose key", "version", "");
    if (auto const orders = root.member("orders"); orders && orders->is_array()) {
        for (auto const order : orders->elements()) {
            say("ordered: " + order.text_member("rotate").value_or("") + ", keys from before " +
                order.text_member("olderThan").value_or(""));
        }
    }
    auto const paused = root.member("paused");
    if (paused && paused->is_boolean() && paused->boolean()) say("rotation is paused");
    return kDone;
}

int order(KeysOptions const& options, std::string body) {
    return show_rotation(
        administration_answer(options.administration, {.method = http::Method::post,
                                                       .path = "/admin/keys/rotation",
                                                       .scope = "admin/keys.write",
                                                       .body = std::move(body)}));
}

// What the custodian signs names the instance as its own configuration does.
std::optional<keys::OrderRequest> order_to_sign(KeysOptions const& options, std::string& why) {
    auto const configuration = read_configuration(options.administration.directory, why);
    auto const kind = keys::rotation_kind_of(options.kind);
    if (!configuration || !kind) return std::nullopt;
    auto const& named = options.administration.tenant;
    auto const tenant = named.empty() ? configuration->tenants.front().text() : named;
    return keys::OrderRequest{.kind = *kind,
                              .before = to_unix_seconds(SystemClock().now()) + 1,
                              .instance = "salus/" + configuration->realm + "/" + tenant,
                              .custodian = keys::CustodianName(options.custodian),
                              .signature = {}};
}

}  // namespace

int keys_status(KeysOptions const& options) {
    auto const answer = administration_answer(
        options.administration,
        {.method = http::Method::get, .path = "/admin/keys", .scope = "admin/keys.read"});
    if (!options.json) return show_rotation(answer);
    if (!answer) return kFailed;
    say(*answer);
    return kDone;
}

int keys_rotate(KeysOptions const& options) {
    std::string body;
    json::Writer writer(body);
    writer.begin_object().key("rotate").string(options.kind);
    if (!options.custodian.empty()) {
        auto const key = read_custodian_key(options.custodian_key);
        if (!key) {
            say_problem(options.custodian_key.string() + ": " +
                        std::string(key.error().why.text()));
            return kFailed;
        }
        std::string why;
        auto const request = order_to_sign(options, why);
        if (!request) {
            say_problem(why);
            return kFailed;
        }
        writer.key("custodian").string(options.custodian).key("before").integer(request->before);
        writer.key("signature").string(to_base64url(key->sign(order_message(*request))));
    }
    writer.end_object();
    return order(options, std::move(body));
}

int keys_pause(KeysOptions const& options) {
    return order(options, R"({"paused":true})");
}

int keys_resume(KeysOptions const& options) {
    return order(options, R"({"paused":false})");
}

}  // namespace salus::app
