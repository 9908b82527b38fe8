#include "request/interaction.h"

namespace salus::request {

Literal name_of(Interaction interaction) noexcept {
    switch (interaction) {
        case Interaction::read: return "read";
        case Interaction::vread: return "vread";
        case Interaction::update: return "update";
        case Interaction::remove: return "delete";
        case Interaction::history_instance: return "history";
        case Interaction::create: return "create";
        case Interaction::search_type: return "search";
        case Interaction::validate: return "validate";
        case Interaction::transaction: return "transaction";
        case Interaction::capabilities: return "capabilities";
        case Interaction::token: return "token";
        case Interaction::authorization_server_metadata: return "metadata.oauth";
        case Interaction::smart_configuration: return "metadata.smart";
        case Interaction::json_web_key_set: return "metadata.jwks";
        case Interaction::definitions_load: return "admin.definitions-load";
        case Interaction::definitions_list: return "admin.definitions-list";
        case Interaction::definitions_remove: return "admin.definitions-remove";
        case Interaction::client_add: return "admin.client-add";
        case Interaction::control_check: return "admin.check";
    }
    return "";
}

bool is_write(Interaction interaction) noexcept {
    switch (interaction) {
        case Interaction::update:
        case Interaction::remove:
        case Interaction::create:
        case Interaction::transaction:
        case Interaction::token:  // consumes the assertion's jti
        case Interaction::definitions_load:
        case Interaction::definitions_remove:
        case Interaction::client_add: return true;
        case Interaction::read:
        case Interaction::vread:
        case Interaction::history_instance:
        case Interaction::search_type:
        case Interaction::validate:
        case Interaction::capabilities:
        case Interaction::authorization_server_metadata:
        case Interaction::smart_configuration:
        case Interaction::json_web_key_set:
        case Interaction::definitions_list:
        case Interaction::control_check: return false;
    }
    return true;
}

bool is_public(Interaction interaction) noexcept {
    switch (interaction) {
        case Interaction::capabilities:
        case Interaction::token:
        case Interaction::authorization_server_metadata:
        case Interaction::smart_configuration:
        case Interaction::json_web_key_set: return true;
        case Interaction::read:
        case Interaction::vread:
        case Interaction::update:
        case Interaction::remove:
        case Interaction::history_instance:
        case Interaction::create:
        case Interaction::search_type:
        case Interaction::validate:
        case Interaction::transaction:
        case Interaction::definitions_load:
        case Interaction::definitions_list:
        case Interaction::definitions_remove:
        case Interaction::client_add:
        case Interaction::control_check: return false;
    }
    return false;
}

}  // namespace salus::request
