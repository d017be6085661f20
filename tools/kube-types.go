// Prints the structs of the built-in kinds as lib/practice/apiserver/kube-types.ts has them. Run it in test/real, whose
// go.mod pins the version of Kubernetes: go run ../../tools/kube-types.go
package main

import (
	"encoding/json"
	"fmt"
	"path"
	"reflect"
	"sort"
	"strings"

	admission "k8s.io/api/admissionregistration/v1"
	apps "k8s.io/api/apps/v1"
	authentication "k8s.io/api/authentication/v1"
	authorization "k8s.io/api/authorization/v1"
	autoscaling "k8s.io/api/autoscaling/v1"
	coordination "k8s.io/api/coordination/v1"
	core "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	rbac "k8s.io/api/rbac/v1"
	storage "k8s.io/api/storage/v1"
	extensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var kinds = []any{
	core.Namespace{}, core.Pod{}, core.Service{}, core.Secret{}, core.ConfigMap{}, core.ServiceAccount{}, core.Event{},
	core.Node{}, core.Endpoints{}, core.PersistentVolumeClaim{}, core.PersistentVolume{}, core.ResourceQuota{}, core.LimitRange{}, core.Binding{},
	apps.Deployment{}, apps.ReplicaSet{}, discovery.EndpointSlice{}, networking.Ingress{}, networking.NetworkPolicy{}, coordination.Lease{},
	rbac.Role{}, rbac.RoleBinding{}, rbac.ClusterRole{}, rbac.ClusterRoleBinding{},
	extensions.CustomResourceDefinition{}, admission.MutatingWebhookConfiguration{},
	authentication.SelfSubjectReview{}, authentication.TokenRequest{},
	authorization.SelfSubjectAccessReview{}, authorization.SelfSubjectRulesReview{}, authorization.SubjectAccessReview{},
	storage.StorageClass{}, autoscaling.Scale{}, policy.Eviction{}, meta.DeleteOptions{},
}

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

// What has a name in another package than the API's own: the last two parts of a path such as k8s.io/api/core/v1.
func group(t reflect.Type) string {
	if path.Base(t.PkgPath()) == "v1" {
		return path.Base(path.Dir(t.PkgPath()))
	}
	return path.Base(t.PkgPath())
}

var structs = map[string]string{}
var named = map[string]string{}
var todo []reflect.Type

// A type's words: its own name where it has one, and where it leads.
func words(t reflect.Type) string {
	switch {
	case t.Kind() == reflect.Pointer:
		return "*" + words(t.Elem())
	case t.Name() == "" && t.Kind() == reflect.Slice:
		return "[]" + words(t.Elem())
	case t.Name() == "" && t.Kind() == reflect.Map:
		return "map[" + words(t.Key()) + "]" + words(t.Elem())
	case t.PkgPath() == "":
		return t.Name()
	}
	name := group(t) + "." + t.Name()
	if reflect.PointerTo(t).Implements(unmarshaler) {
		named[name] = "!"
	} else if t.Kind() == reflect.Struct {
		todo = append(todo, t)
	} else if _, known := named[name]; !known {
		switch t.Kind() {
		case reflect.Slice:
			named[name] = "[]" + words(t.Elem())
		case reflect.Map:
			named[name] = "map[" + words(t.Key()) + "]" + words(t.Elem())
		default:
			named[name] = t.Kind().String()
		}
	}
	return name
}

func fields(t reflect.Type) []string {
	var all []string
	for i := range t.NumField() {
		field := t.Field(i)
		tag := field.Tag.Get("json")
		name, options, _ := strings.Cut(tag, ",")
		if name == "" && field.Anonymous {
			all = append(all, fields(field.Type)...)
			continue
		}
		if name == "" || name == "-" {
			continue
		}
		sign := ":"
		if strings.Contains(options, "omitempty") {
			sign = "?:"
		}
		all = append(all, name+sign+words(field.Type))
	}
	return all
}

func main() {
	for _, kind := range kinds {
		todo = append(todo, reflect.TypeOf(kind))
	}
	for len(todo) > 0 {
		t := todo[0]
		todo = todo[1:]
		name := group(t) + "." + t.Name()
		if _, known := structs[name]; !known {
			structs[name] = ""
			structs[name] = strings.Join(fields(t), " ")
		}
	}
	print := func(title string, name string, table map[string]string, skip string) {
		fmt.Printf("\n/** %s */\nexport const %s: Readonly<Record<string, string>> = {\n", title, name)
		keys := []string{}
		for key := range table {
			if table[key] != skip {
				keys = append(keys, key)
			}
		}
		sort.Strings(keys)
		for _, key := range keys {
			fmt.Printf("  %q: %q,\n", key, table[key])
		}
		fmt.Println("}")
	}
	fmt.Println("/** The structs of the built-in kinds, as the Go types of Kubernetes 1.34.4 have them: made by tools/kube-types.go. */")
	print("Each field of a struct: its name, `?` where it is left out when empty, and its type.", "structs", structs, "-")
	print("Named types that are no structs, and what they are. Those that are not here are strings; `!` reads its own JSON.", "named", named, "string")
}
